using System.Diagnostics;
using System.Text;
using Cairn;
using Cairn.Flavors;
using Cairn.Plugins;
using Cairn.Providers;
using Cairn.Providers.Local;
using Cairn.Providers.Memory;

// A program with bundled plugins, run by the tests: does what its arguments say, then tells what is loaded.
var registry = new FlavorRegistry().Add<MemoryProvider>().Add<LocalProvider>();
var watch = Stopwatch.StartNew();
var folders = new List<PluginFolder>();
if (Environment.GetEnvironmentVariable("CAIRN_HOME") is { Length: > 0 } home)
    folders.Add(PluginFolder.OfUser(home));
folders.Add(PluginFolder.Bundled());
var host = new PluginHost([.. folders]);
foreach (var problem in host.AddTo(registry))
    Console.WriteLine("problem: " + problem.Reason);
if (args is ["flavors"])
{
    Console.WriteLine("flavors: " + string.Join(',', registry.List().Select(f => f.Name)));
    Console.WriteLine(FormattableString.Invariant($"milliseconds: {watch.Elapsed.TotalMilliseconds:0.0} (process {(DateTimeOffset.Now - Process.GetCurrentProcess().StartTime).TotalMilliseconds:0})"));
}
else
{
    foreach (var uri in args.Select(StoreUri.Parse))
    {
        var provider = await registry.GetProviderAsync(registry.RequireFlavorOfScheme(uri.Scheme));
        var options = new Dictionary<string, string>();
        if (uri.Scheme == "one")
            options["name"] = "Ada";
        await using var driver = await provider.OpenAsync(new() { Root = uri, Options = options }, default);
        await foreach (var page in driver.ListAsync(new(StorePath.Root, Recursive: true), default))
        {
            foreach (var file in page)
            {
                await using var read = await driver.OpenReadAsync(new(file.Path), default);
                using var text = new StreamReader(read.Content, Encoding.UTF8);
                Console.WriteLine($"{uri}: {await text.ReadToEndAsync()}");
            }
        }
    }
}
Console.WriteLine("loaded: " + string.Join(',', AppDomain.CurrentDomain.GetAssemblies().Select(a => a.GetName().Name).Order(StringComparer.Ordinal)));
