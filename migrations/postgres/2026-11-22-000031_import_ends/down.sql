DROP INDEX imports_running;
ALTER TABLE imports DROP COLUMN failure_sentence;
ALTER TABLE imports DROP COLUMN failure_code;
