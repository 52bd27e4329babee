// Some suites measure this process' memory, and a suite that runs beside them would be measured along.
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]
