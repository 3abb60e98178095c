DROP INDEX learners_by_postcode;
