using System.Globalization;
using Cairn.TestServers.Fixtures;
using Cairn.TestServers.Gcs;
using Cairn.TestServers.Proxy;

return args switch
{
    ["gcs", .. var rest] => await Commands.GcsAsync(rest),
    ["proxy", .. var rest] => await Commands.ProxyAsync(rest),
    ["s3"] => await Commands.S3Async(),
    ["azure"] => await Commands.AzureAsync(),
    ["webdav"] => await Commands.WebDavAsync(),
    ["postgres"] => await Commands.PostgresAsync(),
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
            BatchRefusal = Value(args, "--no-batch") is { } status ? int.Parse(status, CultureInfo.InvariantCulture) : null,
            ErrorCodeAsText = args.Contains("--text-codes"),
            OmitSizeZero = args.Contains("--no-size-zero"),
            RequireMediaType = !args.Contains("--any-media-type"),
        };
        await using var fake = await GcsFake.StartAsync(options, int.Parse(Value(args, "--port") ?? "0"));
        for (int at = 0; at < args.Length - 1; at++)
            if (args[at] == "--bucket") fake.CreateBucket(args[at + 1]);
        Console.WriteLine($"STORAGE_EMULATOR_HOST={fake.Endpoint.OriginalString}");
        await fake.WaitAsync();
        return 0;
    }

    public static async Task<int> ProxyAsync(string[] args)
    {
        if (Value(args, "--target") is not { } target) return Usage();
        var options = new FaultProxyOptions
        {
            Seed = Value(args, "--seed") is { } seed ? int.Parse(seed, CultureInfo.InvariantCulture) : null,
            Latency = TimeSpan.FromMilliseconds(double.Parse(Value(args, "--latency") ?? "0", CultureInfo.InvariantCulture)),
            BytesPerSecond = long.Parse(Value(args, "--bandwidth") ?? "0", CultureInfo.InvariantCulture),
            RetryAfterSeconds = int.Parse(Value(args, "--retry-after") ?? "0", CultureInfo.InvariantCulture),
        };
        for (int at = 0; at < args.Length - 1; at++)
        {
            if (args[at] != "--fault") continue;
            string[] fault = args[at + 1].Split('=');
            if (fault.Length != 2 || !double.TryParse(fault[1], CultureInfo.InvariantCulture, out double probability) || Kind(fault[0]) is not { } kind)
            {
                Console.Error.WriteLine($"--fault {args[at + 1]}: expected KIND=PROBABILITY, KIND one of {string.Join(", ", Enum.GetNames<FaultKind>().Skip(1))} (or 500, 503, 429)");
                return 2;
            }
            options.Rules.Add(new FaultRule(kind, probability));
        }
        var ended = new TaskCompletionSource();
        Console.CancelKeyPress += (_, e) => { e.Cancel = true; ended.TrySetResult(); };
        using var term = System.Runtime.InteropServices.PosixSignalRegistration.Create(System.Runtime.InteropServices.PosixSignal.SIGTERM, context => { context.Cancel = true; ended.TrySetResult(); });
        await using var proxy = FaultProxy.Start(new Uri(target), options, int.Parse(Value(args, "--port") ?? "0", CultureInfo.InvariantCulture));
        Console.WriteLine($"{proxy.Endpoint.OriginalString} -> {target}, seed {proxy.Seed}");
        await ended.Task;
        Console.WriteLine(proxy.Counters);
        return 0;
    }

    public static Task<int> S3Async() => PrintAsync(async () =>
    {
        var server = await S3Server.StartAsync();
        return (server.Origin, ["CAIRN_TEST_S3_ENDPOINT=" + server.Endpoint.OriginalString, "CAIRN_TEST_S3_ACCESS_KEY=" + server.AccessKey, "CAIRN_TEST_S3_SECRET_KEY="
            + server.SecretKey, "CAIRN_TEST_S3_REGION=" + server.Region]);
    });

    public static Task<int> AzureAsync() => PrintAsync(async () =>
    {
        var server = await AzuriteServer.StartAsync();
        return (server.Origin, ["CAIRN_TEST_AZURE_ENDPOINT=" + server.BlobEndpoint.OriginalString, "CAIRN_TEST_AZURE_ACCOUNT=" + server.AccountName, "CAIRN_TEST_AZURE_KEY=" + server.AccountKey]);
    });

    public static Task<int> WebDavAsync() => PrintAsync(async () =>
    {
        var server = await WebDavServer.StartAsync();
        return (server.Origin, ["CAIRN_TEST_WEBDAV_ENDPOINT=" + server.Endpoint.OriginalString, "CAIRN_TEST_WEBDAV_USER=" + server.User, "CAIRN_TEST_WEBDAV_PASSWORD=" + server.Password]);
    });

    public static Task<int> PostgresAsync() => PrintAsync(async () =>
    {
        var server = await PostgresServer.StartAsync();
        return (server.Origin, ["CAIRN_TEST_POSTGRES_ENDPOINT=" + server.Endpoint.OriginalString, "CAIRN_TEST_POSTGRES_USER=" + server.User, "CAIRN_TEST_POSTGRES_PASSWORD=" + server.Password]);
    });

    private static async Task<int> PrintAsync(Func<Task<(string Origin, string[] Variables)>> start)
    {
        try
        {
            var (origin, variables) = await start();
            Console.WriteLine("# " + origin);
            foreach (string variable in variables) Console.WriteLine(variable);
            return 0;
        }
        catch (ServerUnavailableException e)
        {
            Console.Error.WriteLine(e.Message);
            return 1;
        }
    }

    private static FaultKind? Kind(string text) => text switch
    {
        "500" => FaultKind.Status500,
        "503" => FaultKind.Status503,
        "429" => FaultKind.Status429,
        _ => Enum.TryParse<FaultKind>(text, ignoreCase: true, out var kind) && kind != FaultKind.None ? kind : null,
    };

    public static int Usage()
    {
        Console.Error.WriteLine("""
            Servers for tests.
            Until told to end (Ctrl+C):
              proxy --target URL [--port N] [--seed N] [--fault KIND=PROBABILITY]… [--latency MS] [--bandwidth BYTES/S] [--retry-after S]   breaks what passes through
              gcs [--port N] [--bucket NAME]… [--no-md5] [--spill FOLDER] [--require-token] [--no-batch STATUS] [--text-codes] [--no-size-zero] [--any-media-type]   a fake of Google Cloud Storage's JSON API
            Found or started, and kept running; prints the variables that lead tests to it (eng/servers/down ends them):
              s3 | azure | webdav | postgres
            """);
        return 2;
    }

    private static string? Value(string[] args, string name)
    {
        int at = Array.IndexOf(args, name);
        return at >= 0 && at + 1 < args.Length ? args[at + 1] : null;
    }
}
