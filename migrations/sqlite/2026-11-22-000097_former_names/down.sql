DELETE FROM sqlite_stat1 WHERE tbl = 'former_names';
DROP TABLE former_names;
