using Cairn.Flows;
using Cairn.Formats.MachineLearning;
using Cairn.Materializers;
using Iris;

var materializers = MaterializerRegistry.CreateDefault().Add(new TransformerMaterializer());
// 'tour' goes through the tutorial; everything else is the command line of the flow: run, resume, list …
return args is ["tour", .. var rest]
    ? await Tour.RunAsync(rest is [var folder] ? folder : Path.Join(Path.GetTempPath(), "cairn-iris"), materializers)
    : await FlowProgram.RunAsync(args, new FlowProgramOptions { Materializers = materializers }, IrisFlow.Flow);
