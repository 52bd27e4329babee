using Cairn.PluginTool;

try
{
    var (command, values) = Arguments.Read(args);
    switch (command)
    {
        case "manifest": ManifestWriter.Write(values); break;
        case "pins": PinsWriter.Write(values); break;
        default: throw new ToolException("CAIRN000", $"unknown command '{command}'; available: manifest, pins");
    }
    return 0;
}
catch (ToolException e)
{
    Console.Out.WriteLine($"cairn-plugin : error {e.Code}: {e.Message}");
    return 1;
}
