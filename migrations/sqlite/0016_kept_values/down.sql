DROP TABLE kept_values;
