using System.CommandLine;
using Cairn.Artifacts;
using Cairn.Catalog;

namespace Cairn.Cli.Commands;

/// <summary>The options of commands that create a version, and the creation.</summary>
internal sealed class AssetSaveOptionSet
{
    private readonly Option<string?> _type = new("--type") { Description = "The type of the asset, such as model. It is set if the asset has none; another type is an error.", HelpName = "TYPE" };
    private readonly Option<string?> _display = new("--display") { Description = "The name that a user interface shows for the asset.", HelpName = "TEXT" };
    private readonly Option<string?> _description = new("--description") { Description = "The description of the version.", HelpName = "TEXT" };
    private readonly Option<string?> _alias = new("--alias") { Description = "An alias to move to the version.", HelpName = "ALIAS" };
    private readonly Option<string?> _from = new("--from") { Description = "Where the alias of --alias has to be: the number of a version, or 'none'. If it is elsewhere, no version is created.", HelpName = "N|none" };
    private readonly Option<string?> _fixed = new("--fixed") { Description = "An alias for the version that never moves, such as 1.4.0.", HelpName = "ALIAS" };
    private readonly Option<string?> _why = new("--why") { Description = "The reason why the aliases move, which protected aliases require.", HelpName = "TEXT" };
    private readonly Option<string[]> _tags = new("--tag") { Description = "A tag of the version. Can be repeated.", HelpName = "TAG", AllowMultipleArgumentsPerToken = false };
    private readonly Option<bool> _always = new("--always") { Description = "Create a version even if the content and the metadata equal those of the newest version." };
    private readonly Option<string?> _key = new("--key") { Description = "A text by which a repeated save is recognized, such as the id of a job: of all saves with one key, one creates a version.", HelpName = "KEY" };
    private readonly MetadataOptions _metadata = new();

    private IEnumerable<Option> All => [_type, _display, _description, _alias, _from, _fixed, _why, _metadata.Meta, _metadata.MetaJson, _tags, _always, _key];

    public Command AddTo(Command command)
    {
        foreach (var option in All)
            command.Add(option);
        return command;
    }

    /// <summary>Returns whether the command line states any of the options.</summary>
    public bool IsGiven(ParseResult parsed) => All.Any(o => parsed.GetResult(o) is { Implicit: false });

    /// <summary>Returns whether the metadata is read from standard input.</summary>
    public bool ReadsStandardInput(ParseResult parsed) => parsed.GetValue(_metadata.MetaJson) == "-";

    /// <summary>Reads the options.</summary>
    /// <exception cref="UsageException">An option is not valid.</exception>
    public AssetSaveOptions Read(ParseResult parsed)
    {
        if (parsed.GetValue(_from) is not null && parsed.GetValue(_alias) is null)
            throw new UsageException("--from requires --alias.");
        return new()
        {
            Type = parsed.GetValue(_type),
            Display = parsed.GetValue(_display),
            Description = parsed.GetValue(_description),
            Alias = parsed.GetValue(_alias) is { } alias ? AssetArgument.ParseAlias(alias) : null,
            AliasFrom = AssetArgument.ParseExpectation(parsed.GetValue(_from)),
            FixedAlias = parsed.GetValue(_fixed) is { } label ? AssetArgument.ParseAlias(label) : null,
            Why = parsed.GetValue(_why),
            Metadata = _metadata.Read(parsed),
            Mode = parsed.GetValue(_always) ? SaveMode.Always : SaveMode.IfChanged,
            Key = parsed.GetValue(_key),
        };
    }

    /// <summary>Registers an artifact as the next version of an asset, applies the tags, and prints the version.</summary>
    public async Task RegisterAsync(CatalogCall call, AssetCollection assets, string name, BlobDigest artifact, AssetSaveOptions options) =>
        await ReportAsync(call, assets, await assets.RegisterAsync(name, artifact, options, call.Stopping).ConfigureAwait(false)).ConfigureAwait(false);

    /// <summary>Applies the tags to a version that was created, and prints it.</summary>
    public async Task ReportAsync(CatalogCall call, AssetCollection assets, AssetVersion version)
    {
        if (call.Get(_tags) is { Length: > 0 } tags && await assets.UpdateAsync(version.Reference, edit => Array.ForEach(tags, t => edit.Tag(t)), call.Stopping).ConfigureAwait(false))
            version = await assets.GetAsync(version.Reference, call.Stopping).ConfigureAwait(false) with { Created = version.Created };
        Report(call, version);
    }

    /// <summary>Prints a version that was saved.</summary>
    public static void Report(CatalogCall call, AssetVersion version) => call.Report(Line(version), writer =>
    {
        AssetJson.Write(writer, version);
        writer.WriteBoolean("created", version.Created);
    });

    /// <summary>The line about a version that was saved.</summary>
    public static string Line(AssetVersion version) => $"{version.Reference} {(version.Created ? "new" : "unchanged")}";
}
