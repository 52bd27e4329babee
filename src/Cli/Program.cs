using Cairn.Cli;

return await CommandLine.RunAsync(args, StandardOutput.Open(), Console.Error).ConfigureAwait(false);
