-- A learner is found by the postcode when the date of birth is wrong (domain/matching.rs).
CREATE INDEX learners_by_postcode ON learners (postcode_key);
