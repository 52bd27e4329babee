using System.Text;
using Cairn.TestServers.Recording;

namespace Cairn.Providers.S3.Tests;

public sealed class DeleteTests
{
    /// <summary>What the recorder says of every object.</summary>
    private const string ETag = "\"0123456789abcdef0123456789abcdef\"";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_failure_of_a_batch_is_reported()
    {
        await using var recorder = new S3Recorder();
        await using var driver = await recorder.DriverAsync([]);
        var results = await driver.DeleteAsync(new([new("a"), new("held"), new("c")]), Cancel);
        recorder.Requests.ShouldHaveSingleItem().Target.ShouldContain("?delete");
        results.Select(static r => (r.Path.Value, r.Outcome)).ShouldBe([("a", DeleteOutcome.Deleted), ("held", DeleteOutcome.Failed), ("c", DeleteOutcome.Deleted)]);
        driver.Classify(results[1].Error!).Code.ShouldBe(StoreErrorCode.PermissionDenied);
    }

    [Fact]
    public async Task A_delete_of_one_version_carries_its_etag()
    {
        await using var recorder = new S3Recorder();
        await using var driver = await recorder.DriverAsync([]);
        (await driver.DeleteAsync(new([new("a") { IfMatch = ETag }]), Cancel)).ShouldHaveSingleItem().Outcome.ShouldBe(DeleteOutcome.Deleted);
        recorder.Requests.Select(static r => (r.Method, r["If-Match"])).ShouldBe([("HEAD", ""), ("DELETE", ETag)]);
    }

    [Theory]
    [InlineData("\"another\"")]
    [InlineData("*")]
    public async Task Another_version_is_not_even_asked_to_be_deleted(string etag)
    {
        await using var recorder = new S3Recorder();
        await using var driver = await recorder.DriverAsync([]);
        var result = (await driver.DeleteAsync(new([new("a") { IfMatch = etag }]), Cancel)).ShouldHaveSingleItem();
        (result.Outcome, driver.Classify(result.Error!).Code).ShouldBe((DeleteOutcome.Failed, StoreErrorCode.PreconditionFailed));
        recorder.Requests.ShouldHaveSingleItem().Method.ShouldBe("HEAD");
    }

    [Fact]
    public async Task A_batch_carries_the_etags()
    {
        await using var recorder = new S3Recorder();
        await using var driver = await recorder.DriverAsync([]);
        var results = await driver.DeleteAsync(new([new("a") { IfMatch = ETag }, new("b")]), Cancel);
        results.ShouldAllBe(static r => r.Outcome == DeleteOutcome.Deleted);
        var body = Encoding.UTF8.GetString(recorder.Requests.ShouldHaveSingleItem().Body);
        System.Xml.Linq.XDocument.Parse(body).Root!.Elements().Where(static e => e.Name.LocalName == "Object")
            .Select(static o => string.Join(' ', o.Elements().OrderBy(static e => e.Name.LocalName).Select(static e => e.Value))).ShouldBe([$"{ETag} root/a", "root/b"]);
    }

    [Theory]
    [InlineData(200, "PreconditionFailed", DeleteOutcome.Deleted)]
    [InlineData(404, "PreconditionFailed", DeleteOutcome.Missing)]
    [InlineData(404, "NoSuchKey", DeleteOutcome.Missing)]
    public async Task What_a_batch_refuses_is_looked_at(int head, string code, DeleteOutcome outcome)
    {
        await using var recorder = new S3Recorder();
        await using var driver = await recorder.DriverAsync([]);
        recorder.Refuse(new(200, $"<DeleteResult><Error><Key>root/a</Key><Code>{code}</Code><Message>m</Message></Error></DeleteResult>"));
        recorder.Refuse(new(head) { Headers = head == 200 ? [("ETag", ETag)] : [] });
        var results = await driver.DeleteAsync(new([new("a") { IfMatch = ETag }, new("b")]), Cancel);
        results.Select(static r => r.Outcome).ShouldBe([outcome, DeleteOutcome.Deleted]);
    }

    [Fact]
    public async Task Where_the_service_cannot_bind_a_delete_the_look_before_is_what_there_is()
    {
        await using var recorder = new S3Recorder();
        await using var driver = await recorder.DriverAsync([]);
        recorder.Refuse(new(200) { Headers = [("ETag", ETag)] });
        recorder.Refuse(new(501, "<Error><Code>NotImplemented</Code><Message>A header you provided implies functionality that is not implemented</Message></Error>"));
        for (var i = 0; i < 2; i++)
            (await driver.DeleteAsync(new([new("a") { IfMatch = ETag }]), Cancel)).ShouldHaveSingleItem().Outcome.ShouldBe(DeleteOutcome.Deleted);
        recorder.Requests.Select(static r => (r.Method, r["If-Match"])).ShouldBe([("HEAD", ""), ("DELETE", ETag), ("HEAD", ""), ("DELETE", ""), ("HEAD", ""), ("DELETE", "")]);
    }
}
