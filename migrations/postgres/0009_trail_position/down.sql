DROP TABLE trail_position;
