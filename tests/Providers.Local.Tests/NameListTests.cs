using Cairn.Providers.Local.Platform;
using Cairn.Tests;

namespace Cairn.Providers.Local.Tests;

public sealed class NameListTests
{
    [Fact]
    public void Any_names_are_sorted_by_their_bytes_and_keep_their_kinds()
    {
        var random = Seeds.Next();
        for (var round = 0; round < 200; round++)
        {
            // Few different bytes, so that many names share their first bytes or begin with another name; up to the longest name of a file system.
            var names = new Dictionary<string, (byte[] Name, LocalKind Kind)>();
            for (var i = random.Next(300); i > 0; i--)
            {
                var name = new byte[random.Next(10) == 0 ? random.Next(1, 256) : random.Next(1, 20)];
                for (var at = 0; at < name.Length; at++)
                    name[at] = new byte[] { 1, (byte)'-', (byte)'0', (byte)'a', 0x7F, 0x80, 0xFF }[random.Next(7)];
                names[Convert.ToHexString(name)] = (name, (LocalKind)random.Next(5));
            }
            using var list = new NameList();
            foreach (var (name, kind) in names.Values)
                list.Add(name, kind);
            list.Sort();

            var keys = names.Values.Select(n => (Key: n.Kind == LocalKind.Directory ? [.. n.Name, (byte)'/'] : n.Name, n.Kind)).ToList();
            keys.Sort((x, y) => x.Key.AsSpan().SequenceCompareTo(y.Key));
            list.Count.ShouldBe(keys.Count);
            for (var i = 0; i < keys.Count; i++)
            {
                list.KeyAt(i).SequenceEqual(keys[i].Key).ShouldBeTrue();
                list.TerminatedAt(i).SequenceEqual([.. keys[i].Key, (byte)0]).ShouldBeTrue();
                list.KindAt(i).ShouldBe(keys[i].Kind);
            }
        }
    }

    [Fact]
    public void A_disposed_list_is_empty_and_may_be_disposed_again()
    {
        var list = new NameList();
        list.Add("a"u8, LocalKind.Directory);
        list.TextAt(0).ShouldBe("a");
        list.Dispose();
        list.Dispose();
        list.Count.ShouldBe(0);
    }
}
