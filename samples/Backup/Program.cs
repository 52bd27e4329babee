// Copies a folder: Backup file:///home/me/notes s3://bucket/notes
// A program for machines without .NET: dotnet publish compiles it ahead of time (Backup.csproj). Credentials and endpoints come from AWS's own conventions.
using Cairn;
using Cairn.Providers.Local;
using Cairn.Providers.S3;

if (args.Length != 2)
{
    Console.Error.WriteLine("usage: Backup FROM TO   addresses such as file:///folder and s3://bucket/folder");
    return 2;
}
using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) => { pressed.Cancel = true; stop.Cancel(); };

await using var io = new StoreIo()
    .Register(new LocalProvider())
    .Register(new S3Provider());
try
{
    var copied = await io.CopyTreeAsync(args[0], args[1], cancellationToken: stop.Token);
    foreach (var skipped in copied.Skipped)
        Console.Error.WriteLine($"{skipped.Path} was not copied: {skipped.Reason}");
    Console.WriteLine($"{copied.Files} files, {copied.Bytes} bytes");
    return copied.Skipped.Count == 0 ? 0 : 1;
}
catch (StoreException e)
{
    Console.Error.WriteLine(e.Message);
    return 1;
}
