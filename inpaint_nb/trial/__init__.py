"""Rating pictures blind: shuffled, one at a time or in pairs, without a word of what made them."""

from inpaint_nb.trial.trial import Answer, Preference, Trial, begin, progress_words

__all__ = ["Answer", "Preference", "Trial", "begin", "progress_words"]
