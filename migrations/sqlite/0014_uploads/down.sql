DROP TABLE worked_exceptions;
DROP TABLE upload_findings;
DROP TABLE upload_finding_kinds;
DROP TABLE upload_pieces;
DROP TABLE uploads;
