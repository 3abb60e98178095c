DROP TABLE erased_ulns;
