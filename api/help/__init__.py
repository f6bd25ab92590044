"""The public help pages' templates and style; refuses merchant data, cookies and scripts."""
