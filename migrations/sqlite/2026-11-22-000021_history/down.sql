DELETE FROM sqlite_stat1 WHERE tbl IN ('assignment_history', 'device_history', 'number_history');
DROP TABLE history_starts;
DROP TABLE number_history;
DROP TABLE device_history;
DROP TABLE assignment_history;
