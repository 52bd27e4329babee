// Moves a folder along the addresses given: CloudMove s3://bucket/folder gs://bucket/folder az://container/folder
// Credentials and endpoints come from each cloud's own conventions (AWS_*, AZURE_*, GOOGLE_APPLICATION_CREDENTIALS, STORAGE_EMULATOR_HOST, …).
using Cairn;
using Cairn.Providers.Azure;
using Cairn.Providers.Gcs;
using Cairn.Providers.Local;
using Cairn.Providers.S3;

if (args.Length < 2)
{
    Console.Error.WriteLine("usage: CloudMove FROM TO [TO…]   addresses such as s3://bucket/folder, gs://bucket/folder, az://container/folder, file:///folder");
    return 2;
}
using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) => { pressed.Cancel = true; stop.Cancel(); };

await using var io = new StoreIo()
    .Register(new S3Provider())
    .Register(new AzureProvider())
    .Register(new GcsProvider())
    .Register(new LocalProvider());
try
{
    for (var leg = 1; leg < args.Length; leg++)
    {
        // What was moved is deleted version by version: a file that changes on the way stays, and is reported.
        await io.MoveAsync(args[leg - 1], args[leg], WriteMode.CreateNew, stop.Token);
        var (files, bytes) = (0, 0L);
        await foreach (var file in io.ListAsync(args[leg], new ListOptions { Recursive = true }, stop.Token))
            (files, bytes) = (files + 1, bytes + file.Length);
        Console.WriteLine($"{args[leg - 1]} -> {args[leg]}: {files} files, {bytes} bytes");
    }
    return 0;
}
catch (StoreException e)
{
    Console.Error.WriteLine(e.Message);
    return 1;
}
