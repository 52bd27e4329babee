using Cairn.Cli;

return CommandLine.Run(args, StandardOutput.Open(), StandardOutput.OpenError());
