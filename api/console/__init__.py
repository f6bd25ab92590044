"""The agents' console: its pages, words and drawings. No SQL of its own, no rules about tickets."""
