"""Writes a data set that scikit-learn ships as a CSV file: `make_table.py OUT.csv`."""

import sys

from sklearn.datasets import load_wine

table = load_wine(as_frame=True)
frame = table.frame.rename(columns={"target": "cultivar", "od280/od315_of_diluted_wines": "dilution"})
frame.to_csv(sys.argv[1], index=False)
print(f"{len(frame)} rows, {len(frame.columns)} columns")
