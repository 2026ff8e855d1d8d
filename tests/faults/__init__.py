"""The kill harness: a whole shop of real processes, shoppers who never give up, and the audit that judges both."""
