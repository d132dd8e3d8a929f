DROP TABLE import_refusals;
DROP TABLE import_lines;
DROP TABLE imports;
DROP TABLE member_references;
