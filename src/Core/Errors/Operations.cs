namespace Cairn.Errors;

/// <summary>What was tried, as the verb phrases of messages: "Cannot {phrase} {address}: …".</summary>
internal static class Operations
{
    public const string Open = "open the store";
    public const string Stat = "look at";
    public const string OpenRead = "open for reading";
    public const string Read = "read";
    public const string OpenWrite = "open for writing";
    public const string Write = "write";
    public const string List = "list";
    public const string Copy = "copy";
    public const string Move = "move";
    public const string Remove = "remove";
    public const string MakeDirectory = "make the directory";
    public const string Touch = "touch";
    public const string Presign = "presign";
    public const string Clean = "clean";
    public const string Download = "download";
    public const string Upload = "upload";
    public const string Find = "find";
    public const string Save = "save";
    public const string Verify = "verify";
}
