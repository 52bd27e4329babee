using Cairn.Cli;

return CommandLine.Run(args, StandardOutput.Open(), Console.Error);
