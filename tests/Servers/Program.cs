using Cairn.TestServers.Gcs;

return args switch
{
    ["gcs", .. var rest] => await Commands.GcsAsync(rest),
    _ => Commands.Usage(),
};

internal static class Commands
{
    public static async Task<int> GcsAsync(string[] args)
    {
        var options = new GcsFakeOptions
        {
            ComputeMd5 = !args.Contains("--no-md5"),
            SpillFolder = Value(args, "--spill"),
            RequireToken = args.Contains("--require-token"),
        };
        await using var fake = await GcsFake.StartAsync(options, int.Parse(Value(args, "--port") ?? "0"));
        for (int at = 0; at < args.Length - 1; at++)
            if (args[at] == "--bucket") fake.CreateBucket(args[at + 1]);
        Console.WriteLine($"STORAGE_EMULATOR_HOST={fake.Endpoint.OriginalString}");
        await fake.WaitAsync();
        return 0;
    }

    public static int Usage()
    {
        Console.Error.WriteLine("""
            Servers for tests, each until it is told to end (Ctrl+C):
              gcs [--port N] [--bucket NAME]… [--no-md5] [--spill FOLDER] [--require-token]   a fake of Google Cloud Storage's JSON API
            """);
        return 2;
    }

    private static string? Value(string[] args, string name)
    {
        int at = Array.IndexOf(args, name);
        return at >= 0 && at + 1 < args.Length ? args[at + 1] : null;
    }
}
