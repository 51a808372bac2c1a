-- The risk gate's limits.

INSERT INTO status_reasons VALUES
    ('risk_limit',            'A limit of the configuration refused or cut it; risk_decisions names the limit.'),
    ('reduce_only',           'Beyond the drawdown or the daily loss that the configuration allows, only reductions pass.'),
    ('risk_data_unavailable', 'The figures that a limit needs were missing.');
