using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Cairn.Providers;

namespace Cairn.Providers.Gcs;

/// <summary>Makes URLs signed by the V4 process with RSA ("V4 signing process" of the reference).</summary>
internal sealed class GcsSignedUrl(GcsDriver driver)
{
    private const string Algorithm = "GOOG4-RSA-SHA256";

    private static readonly TimeSpan Longest = TimeSpan.FromDays(7);

    public async ValueTask<Uri> MakeAsync(PresignRequest request, CancellationToken cancellationToken)
    {
        if (request.Lifetime > Longest)
            throw new ArgumentOutOfRangeException(nameof(request), "A signed URL of Cloud Storage lives at most 7 days.");
        var (account, signAsync) = await driver.Client.Credentials.SignerAsync(cancellationToken).ConfigureAwait(false);
        var now = driver.Clock.GetUtcNow();
        var time = now.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        var scope = $"{time[..8]}/auto/storage/goog4_request";
        var endpoint = new Uri(driver.Addresses.Endpoint);
        var basePath = endpoint.AbsolutePath.TrimEnd('/');
        var path = basePath + driver.Addresses.XmlPath(driver.Keys.FileKey(request.Path));
        var parameters = new List<(string Name, string Value)>
        {
            ("X-Goog-Algorithm", Algorithm),
            ("X-Goog-Credential", $"{account}/{scope}"),
            ("X-Goog-Date", time),
            ("X-Goog-Expires", ((long)Math.Ceiling(request.Lifetime.TotalSeconds)).ToString(CultureInfo.InvariantCulture)),
            ("X-Goog-SignedHeaders", "host"),
        };
        if (driver.Options.UserProject is { } project)
            parameters.Add(("userProject", project));
        var query = string.Join('&', parameters.Select(p => $"{p.Name}={GcsAddresses.Escape(p.Value)}").Order(StringComparer.Ordinal));
        var method = request.Access == PresignAccess.Read ? "GET" : "PUT";
        var canonical = $"{method}\n{path}\n{query}\nhost:{endpoint.Authority}\n\nhost\nUNSIGNED-PAYLOAD";
        var toSign = $"{Algorithm}\n{time}\n{scope}\n{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)))}";
        var signature = Convert.ToHexStringLower(Convert.FromBase64String(await signAsync(Encoding.UTF8.GetBytes(toSign)).ConfigureAwait(false)));
        return GcsAddresses.Parse($"{endpoint.Scheme}://{endpoint.Authority}{path}?{query}&X-Goog-Signature={signature}");
    }
}
