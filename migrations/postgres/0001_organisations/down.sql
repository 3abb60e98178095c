DROP TABLE registry_changes;
DROP TABLE certificate_organisations;
DROP TABLE certificates;
DROP TABLE organisations;
