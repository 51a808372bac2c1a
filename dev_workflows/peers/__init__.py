"""The parts of `compare_with_peers.py`.

`cases` lists what is compared. `zipline_scenarios`, `backtrader_scenarios` and `random_orders` make the orders;
`run_zipline` and `run_backtrader` play them through the peers, inside the virtual environment that `environment` makes;
`service` plays them through this project's command line; `verdicts` compares the fills, and `report` prints.
"""
