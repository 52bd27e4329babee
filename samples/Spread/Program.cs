using Cairn.Flows;
using Spread;

// 'run Count' counts in this process. 'run Spread' leaves the ranges to other processes, each of which calls 'task'. README.md has the commands.
return await FlowProgram.RunAsync(args, SpreadFlow.Create("Spread", runsElsewhere: true), SpreadFlow.Create("Count", runsElsewhere: false));
