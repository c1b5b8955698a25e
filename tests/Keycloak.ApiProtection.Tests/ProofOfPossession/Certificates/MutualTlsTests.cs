using System.Net;
using Keycloak.ApiProtection.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Keycloak.ApiProtection.Tests.ProofOfPossession.Certificates;

/// <summary>Client certificates of real TLS connections.</summary>
public sealed class MutualTlsTests : IDisposable
{
    private readonly ClientCertificate _own = ClientCertificate.Create("batch");
    private readonly ClientCertificate _other = ClientCertificate.Create("somebody else");

    public static TheoryData<Version> Versions => [HttpVersion.Version11, HttpVersion.Version20];

    public void Dispose()
    {
        _own.Dispose();
        _other.Dispose();
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task A_bound_token_is_accepted_only_on_connections_with_its_certificate(Version version)
    {
        await using var api = await MutualTlsApi.StartAsync();
        using var own = api.CreateClient(_own, version);
        using var other = api.CreateClient(_other, version);
        using var none = api.CreateClient(null, version);
        var token = Bound(api, _own);

        Assert.Equal("200", (await MutualTlsApi.SendAsync(own, token)).Verdict);
        Assert.Equal(CertificateApi.Other, (await MutualTlsApi.SendAsync(other, token)).Verdict);
        Assert.Equal(CertificateApi.Missing, (await MutualTlsApi.SendAsync(none, token)).Verdict);
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task The_tokens_of_one_connection_are_compared_with_its_certificate_one_by_one(Version version)
    {
        await using var api = await MutualTlsApi.StartAsync();
        using var client = api.CreateClient(_own, version);

        var first = await MutualTlsApi.SendAsync(client, Bound(api, _own));
        var foreign = await MutualTlsApi.SendAsync(client, Bound(api, _other));
        var unbound = await MutualTlsApi.SendAsync(client, api.Realm.Token("alice").For("cli").Create());
        var last = await MutualTlsApi.SendAsync(client, Bound(api, _own));

        Assert.Equal(("200", CertificateApi.Other, "200", "200"), (first.Verdict, foreign.Verdict, unbound.Verdict, last.Verdict));
        Assert.Equal(first.Connection, last.Connection);
    }

    [Fact]
    public async Task Requests_of_one_HTTP2_connection_at_the_same_time_are_all_accepted()
    {
        await using var api = await MutualTlsApi.StartAsync();
        using var client = api.CreateClient(_own, HttpVersion.Version20);
        var token = Bound(api, _own);

        var answers = await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => MutualTlsApi.SendAsync(client, token)));

        Assert.All(answers, answer => Assert.Equal("200", answer.Verdict));
    }

    [Fact]
    public async Task A_server_that_requests_no_certificates_rejects_bound_tokens()
    {
        await using var api = await MutualTlsApi.StartAsync(ClientCertificateMode.NoCertificate);
        using var client = api.CreateClient(_own, HttpVersion.Version11);

        Assert.Equal(CertificateApi.Missing, (await MutualTlsApi.SendAsync(client, Bound(api, _own))).Verdict);
        Assert.Equal("200", (await MutualTlsApi.SendAsync(client, api.Realm.Token("alice").For("cli").Create())).Verdict);
    }

    [Fact]
    public async Task With_delayed_certificates_the_application_requests_the_certificate_itself()
    {
        await using var unasked = await MutualTlsApi.StartAsync(ClientCertificateMode.DelayCertificate);
        using var client = unasked.CreateClient(_own, HttpVersion.Version11);
        Assert.Equal(CertificateApi.Missing, (await MutualTlsApi.SendAsync(client, Bound(unasked, _own))).Verdict);

        await using var asked = await MutualTlsApi.StartAsync(ClientCertificateMode.DelayCertificate, RequestCertificate);
        using var again = asked.CreateClient(_own, HttpVersion.Version11);
        Assert.Equal("200", (await MutualTlsApi.SendAsync(again, Bound(asked, _own))).Verdict);
        Assert.Equal(CertificateApi.Other, (await MutualTlsApi.SendAsync(again, Bound(asked, _other))).Verdict);
    }

    private static void RequestCertificate(WebApplication app)
    {
        app.Use(async (context, next) =>
        {
            await context.Connection.GetClientCertificateAsync(context.RequestAborted);
            await next(context);
        });
        app.UseAuthentication();
        app.UseAuthorization();
    }

    private static string Bound(MutualTlsApi api, ClientCertificate certificate) =>
        api.Realm.Token("alice").For("cli").BoundTo(certificate).Create();
}
