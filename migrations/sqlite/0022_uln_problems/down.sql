DROP TABLE uln_problems;
