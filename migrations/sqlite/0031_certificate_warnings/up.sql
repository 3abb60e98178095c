-- The fewest days ahead of a certificate's end at which the super users of its organisations were told by e-mail.
ALTER TABLE certificates ADD COLUMN warned_days INTEGER;
