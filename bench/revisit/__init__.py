"""The simulator of the revisit policy: worlds, policies, the offline optimum, and a run of each; `python -m bench.revisit`."""
