using System.CommandLine;

namespace Cairn.Cli.Commands;

/// <summary>The arguments that are addresses.</summary>
internal static class AddressArgument
{
    /// <summary>The name of the argument of <see cref="SourcesAndTarget"/>.</summary>
    public const string SourcesAndTargetName = "sources-and-target";

    /// <summary>Returns true if an argument is an address and is therefore completed as one.</summary>
    public static bool IsAddress(Argument argument) => argument is IAddress;

    public static Argument<string> One(string name, string description) =>
        new Address<string>(name) { Description = description, HelpName = name.ToUpperInvariant() };

    public static Argument<string> Optional(string name, string description) =>
        new Address<string>(name) { Description = description, HelpName = name.ToUpperInvariant(), DefaultValueFactory = _ => ":" };

    public static Argument<string[]> Many(string name, string description) =>
        new Address<string[]>(name) { Description = description, HelpName = name.ToUpperInvariant(), Arity = ArgumentArity.OneOrMore };

    /// <summary>Creates an argument for one or more sources followed by the target.</summary>
    public static Argument<string[]> SourcesAndTarget(string description) =>
        new Address<string[]>(SourcesAndTargetName) { Description = description, HelpName = "SOURCE>… <TARGET", Arity = ArgumentArity.OneOrMore };

    private interface IAddress;

    private sealed class Address<T>(string name) : Argument<T>(name), IAddress;
}
