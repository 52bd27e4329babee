// Some suites measure this process' memory, and a suite that runs beside them would be measured along.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
