using Cairn.PluginTool;

try
{
    var (command, values) = Arguments.Read(args);
    switch (command)
    {
        case "manifest": ManifestWriter.Write(values); break;
        case "pins": PinsWriter.Write(values); break;
        default: throw new ToolException("CAIRN000", $"there is no command '{command}'; there are manifest and pins");
    }
    return 0;
}
catch (ToolException e)
{
    Console.Out.WriteLine($"cairn-plugin : error {e.Code}: {e.Message}");
    return 1;
}
