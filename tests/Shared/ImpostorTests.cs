using Cairn.Providers;
using Cairn.TestServers.Recording;

namespace Cairn.Tests;

/// <summary>
/// A server that is not the service, such as a login page of a network or a proxy, answers every request in its place. No operation of a driver may take its
/// word: not for content, not for a listing, and least of
/// all for something that was stored or is gone.
/// </summary>
/// <remarks>A source file that several test projects share.</remarks>
public abstract class ImpostorTests
{
    private const string Html = "<html><head><title>Welcome</title></head><body><a href=\"/login\">Please log in</a></body></html>";

    private static readonly (string, string)[] _validators = [("ETag", "\"5f2b8c-1a2\""), ("Last-Modified", "Sat, 01 Jan 2022 00:00:00 GMT"), ("Server", "nginx"), ("x-request-id", "1f4")];

    /// <summary>What impostors answer.</summary>
    private static readonly Dictionary<string, Answer> _pages = new()
    {
        ["a page"] = new(200, Html, "text/html"),
        ["a page with validators"] = new(200, Html, "text/html; charset=utf-8") { Headers = _validators },
        ["a page in XML"] = new(200, "<?xml version=\"1.0\"?>" + Html, "application/xml") { Headers = _validators },
        ["a page in JSON"] = new(200, """{"status":"login required"}""", "application/json") { Headers = _validators },
        ["a page of status 201"] = new(201, Html, "text/html") { Headers = _validators },
        ["nothing"] = new(200) { Headers = _validators },
        ["a page of status 404"] = new(404, Html, "text/html"),
        ["a page of status 403"] = new(403, Html, "text/html"),
    };

    private static readonly byte[] _bytes = new byte[3];

    /// <summary>Every operation of a driver that sends a request.</summary>
    private static readonly Dictionary<string, Func<StoreDriver, CancellationToken, Task>> _operations = new()
    {
        ["stat"] = async (d, c) => await d.StatAsync(At("f"), c),
        ["read"] = (d, c) => ReadAsync(d, default, c),
        ["read a range"] = (d, c) => ReadAsync(d, new(1, 5), c),
        ["list"] = async (d, c) => await d.ListAsync(new(StorePath.Root, false), c).ToListAsync(c),
        ["list recursively"] = async (d, c) => await d.ListAsync(new(At("dir"), true), c).ToListAsync(c),
        ["create"] = (d, c) => WriteAsync(d, WriteMode.CreateNew, 1, c),
        ["replace"] = (d, c) => WriteAsync(d, WriteMode.Replace, 1, c),
        ["write parts"] = (d, c) => WriteAsync(d, WriteMode.Replace, 3, c),
        ["delete"] = (d, c) => DeleteAsync(d, ["f"], c),
        ["delete several"] = (d, c) => DeleteAsync(d, ["f", "g", "h"], c),
        ["copy"] = async (d, c) => await d.CopyAsync(new(At("f"), At("g"), WriteMode.Replace), c),
        ["move"] = async (d, c) => await d.MoveAsync(new(At("f"), At("g"), WriteMode.CreateNew), c),
        ["make a directory"] = async (d, c) => await d.MakeDirectoryAsync(At("dir"), c),
        ["touch"] = async (d, c) => await d.TouchAsync(At("f"), c),
        ["list staged"] = async (d, c) => await d.ListStagedAsync(c).ToListAsync(c),
    };

    /// <summary>Every page with every operation.</summary>
    public static TheoryData<string, string> All => [.. _operations.Keys.SelectMany(o => _pages.Keys.Select(p => (o, p)))];

    /// <summary>Opens a driver on the server, with small parts.</summary>
    protected abstract Task<StoreDriver> OpenAsync(Uri endpoint);

    /// <summary>The service's name in messages.</summary>
    protected abstract string Service { get; }

    /// <summary>Why an answer is nevertheless one that the service may give to an operation; null when it is not.</summary>
    protected virtual string? MayBeGenuine(string operation, string page) => null;

    [Theory]
    [MemberData(nameof(All))]
    public async Task No_operation_takes_the_word_of_an_impostor(string operation, string page)
    {
        if (MayBeGenuine(operation, page) is { } reason)
            Assert.Skip(reason);
        await using var server = RecordingServer.Start(_ => _pages[page]);
        await using var driver = await OpenAsync(server.Endpoint);
        if (!IsDeclared(driver, operation))
            Assert.Skip("This store does not declare it.");
        var error = await Should.ThrowAsync<Exception>(() => _operations[operation](driver, TestContext.Current.CancellationToken));
        var fault = driver.Classify(error);
        (fault.Code is StoreErrorCode.InvalidConfiguration or StoreErrorCode.PermissionDenied, fault.IsTransient).ShouldBe((true, false), error.ToString());
        if (fault.Code == StoreErrorCode.InvalidConfiguration)
        {
            fault.Reason.ShouldContain($"is not {Service}", customMessage: error.ToString());
            fault.Advice.ShouldNotBeNull();
        }
        // It is not asked again and again.
        server.Requests.Count.ShouldBeInRange(1, operation is "delete several" or "write parts" ? 9 : 3);
    }

    private static bool IsDeclared(StoreDriver driver, string operation) => operation switch
    {
        "list" or "list recursively" => driver.Capabilities.List,
        "create" => driver.Capabilities.WriteModes.HasFlag(WriteModes.CreateNew),
        "replace" or "write parts" or "delete" or "delete several" => driver.Capabilities.WriteModes.HasFlag(WriteModes.Replace),
        "copy" => driver.Capabilities.Copy,
        "move" => driver.Capabilities.Move == MoveKind.Native,
        "make a directory" => driver.Capabilities.WriteModes != WriteModes.None,
        "touch" => driver.Capabilities.Touch,
        "list staged" => driver.Capabilities.Staged,
        _ => true,
    };

    private static StorePath At(string path) => StorePath.Parse(path);

    private static async Task ReadAsync(StoreDriver driver, ByteRange range, CancellationToken cancellationToken)
    {
        await using var read = await driver.OpenReadAsync(new(At("f")) { Range = range }, cancellationToken);
        await read.Content.CopyToAsync(Stream.Null, cancellationToken);
    }

    private static async Task WriteAsync(StoreDriver driver, WriteMode mode, int parts, CancellationToken cancellationToken)
    {
        await using var upload = await driver.BeginUploadAsync(new(At("f"), mode), cancellationToken);
        var offset = 0L;
        for (var i = 0; i < parts - 1; i++)
        {
            var part = new byte[upload.GetPartSize(i)];
            await upload.WritePartAsync(new(i, offset, part), cancellationToken);
            offset += part.Length;
        }
        await upload.CompleteAsync(new(parts - 1, offset, _bytes), cancellationToken);
    }

    private static async Task DeleteAsync(StoreDriver driver, string[] names, CancellationToken cancellationToken)
    {
        foreach (var result in await driver.DeleteAsync(new([.. names.Select(n => new DeleteTarget(At(n)))]), cancellationToken))
            throw result.Error ?? new InvalidOperationException($"{result.Path} is said to be {result.Outcome}.");
    }
}
