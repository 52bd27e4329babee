using System.Globalization;
using System.Text;
using Cairn.Artifacts;
using Cairn.Catalog.Records;

namespace Cairn.Bench.Catalog;

/// <summary>Records that create versions of 2,000 assets, in the order of time. Some assets have far more versions than others.</summary>
internal sealed class SampleRecords
{
    private const int Assets = 2000;
    private readonly Random _random = new(1);
    private readonly RecordId _ids = new(TimeProvider.System);
    private readonly (Guid Id, int Number, string Previous)[] _assets = [.. Enumerable.Range(0, Assets).Select(_ => (Guid.CreateVersion7(), 0, ""))];
    private DateTimeOffset _at = DateTimeOffset.UnixEpoch.AddYears(56);
    private int _count;

    /// <summary>The next record.</summary>
    public byte[] Next()
    {
        var a = (int)(Assets * Math.Pow(_random.NextDouble(), 2));
        ref var asset = ref _assets[a];
        asset.Number++;
        _at = _at.AddSeconds(30);
        var type = a == Assets - 1 ? "rare" : a % 3 == 0 ? "model" : "table";
        var auc = (_random.Next(1000) + 0.5) / 1000;
        var previous = asset.Previous.Length == 0 ? "" : $",\"prev\":\"{asset.Previous}\"";
        var version = string.Create(CultureInfo.InvariantCulture, $$$"""
            "version":{{{asset.Number}}},"artifact":"{{{BlobDigest.Of(BitConverter.GetBytes(_count++))}}}","text":"northern word{{{_random.Next(1000)}}} churn"
            """);
        var metadata = string.Create(CultureInfo.InvariantCulture, $$"""{"auc":{{auc}},"rows":{{_random.Next(1000)}},"region":"region {{_random.Next(50)}}"}""");
        var state = string.Create(CultureInfo.InvariantCulture, $$"""{"n":{{asset.Number}},"at":{{asset.Number}},"names":["model-{{a}}"],"type":"{{type}}"}""");
        var place = string.Create(CultureInfo.InvariantCulture, $"\"at\":\"{Record.Format(_at)}\",\"by\":\"u:ada\",\"seq\":{asset.Number},\"id\":\"{_ids.Next()}\"{previous}");
        var content = Encoding.UTF8.GetBytes($"{{\"v\":1,\"kind\":\"asset\",\"asset\":\"{asset.Id}\",\"change\":{{{version},\"meta\":{metadata}}},\"state\":{state},{place}}}");
        asset.Previous = BlobDigest.Of(content).Hex;
        return content;
    }
}
