DELETE FROM sqlite_stat1 WHERE tbl IN ('swaps', 'swap_numbers', 'swap_moves');
DROP TABLE swap_moves;
DROP TABLE swap_numbers;
DROP TABLE swaps;
ALTER TABLE releases DROP COLUMN forwards_until;
