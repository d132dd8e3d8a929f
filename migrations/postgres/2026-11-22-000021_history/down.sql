DROP TABLE history_starts;
DROP TABLE number_history;
DROP TABLE device_history;
DROP TABLE assignment_history;
