using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Keycloak.ApiProtection.Http;
using Keycloak.ApiProtection.Testing;
using Keycloak.ApiProtection.Tests.Introspection;

namespace Keycloak.ApiProtection.Tests.ProofOfPossession.Certificates;

public sealed class CertificateBindingTests : IDisposable
{
    private readonly ClientCertificate _own = ClientCertificate.Create("batch");
    private readonly ClientCertificate _other = ClientCertificate.Create("somebody else");

    public void Dispose()
    {
        _own.Dispose();
        _other.Dispose();
    }

    [Fact]
    public async Task A_bound_token_is_accepted_only_with_its_certificate()
    {
        await using var api = await CertificateApi.StartAsync();
        var token = Bound(api);

        Assert.Equal(CertificateApi.Accepted, await api.VerdictAsync(token, _own.Certificate));
        Assert.Equal(CertificateApi.Missing, await api.VerdictAsync(token, (X509Certificate2?)null));
        Assert.Equal(CertificateApi.Other, await api.VerdictAsync(token, _other.Certificate));
        Assert.Equal(CertificateApi.Accepted, await api.VerdictAsync(token, _own.Certificate));
    }

    [Fact]
    public async Task An_unbound_token_is_accepted_with_and_without_a_certificate()
    {
        await using var api = await CertificateApi.StartAsync();
        var token = api.Realm.Token("alice").For("cli").Create();

        Assert.Equal(CertificateApi.Accepted, await api.VerdictAsync(token, (X509Certificate2?)null));
        Assert.Equal(CertificateApi.Accepted, await api.VerdictAsync(token, _own.Certificate));
    }

    [Fact]
    public async Task The_challenge_says_what_the_token_requires_and_nothing_of_the_certificate()
    {
        await using var api = await CertificateApi.StartAsync();
        var token = Bound(api);

        var missing = await api.SendAsync($"Bearer {token}", "/me", _ => { });
        var other = await api.SendAsync(
            $"Bearer {token}", "/me", context => context.Connection.ClientCertificate = _other.Certificate);

        Assert.Equal(401, missing.Response.StatusCode);
        Assert.EndsWith(
            "error=\"invalid_token\", error_description=\"The access token requires a client certificate\"",
            BearerChallenge(missing.Response.Headers.WWWAuthenticate),
            StringComparison.Ordinal);
        Assert.EndsWith(
            "error=\"invalid_token\", error_description=\"The access token is bound to another client certificate\"",
            BearerChallenge(other.Response.Headers.WWWAuthenticate),
            StringComparison.Ordinal);

        static string BearerChallenge(Microsoft.Extensions.Primitives.StringValues challenges) =>
            Assert.Single(challenges, challenge => challenge!.StartsWith("Bearer ", StringComparison.Ordinal))!;
    }

    [Fact]
    public async Task The_log_says_which_certificate_was_used_and_what_to_do()
    {
        await using var api = await CertificateApi.StartAsync();

        await api.VerdictAsync(Bound(api), _other.Certificate);

        var line = api.Log.Text("TokenRejected");
        Assert.Contains(
            $"SHA-256 '{_other.Thumbprint}' and the subject 'CN=somebody else' and comes from the connection",
            line,
            StringComparison.Ordinal);
        Assert.Contains("AddKeycloakCertificateForwarding", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_expired_certificate_is_accepted_because_the_server_that_ends_TLS_decides_about_it()
    {
        await using var api = await CertificateApi.StartAsync();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = TimeProvider.System.GetUtcNow();
        using var expired = new CertificateRequest("CN=expired", key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(now.AddDays(-3), now.AddDays(-2));
        var token = api.Realm.Token("alice").For("cli").BoundToCertificate(
            System.Buffers.Text.Base64Url.EncodeToString(SHA256.HashData(expired.RawData))).Create();

        Assert.Equal(CertificateApi.Accepted, await api.VerdictAsync(token, expired));
        Assert.Equal(CertificateApi.Other, await api.VerdictAsync(token, _own.Certificate));
    }

    [Fact]
    public async Task The_certificate_is_hashed_once()
    {
        await using var api = await CertificateApi.StartAsync();
        var certificate = ClientCertificate.Create();
        var token = api.Realm.Token("alice").For("cli").BoundTo(certificate).Create();
        Assert.Equal(CertificateApi.Accepted, await api.VerdictAsync(token, certificate.Certificate));

        // The content of a disposed certificate cannot be read.
        certificate.Dispose();
        Assert.ThrowsAny<CryptographicException>(() => certificate.Certificate.RawData);

        Assert.Equal(CertificateApi.Accepted, await api.VerdictAsync(token, certificate.Certificate));
    }

    [Fact]
    public async Task A_repeated_token_is_still_compared_with_the_certificate_of_its_request()
    {
        await using var api = await CertificateApi.StartAsync();
        var token = Bound(api);

        for (var time = 0; time < 3; time++)
        {
            Assert.Equal(CertificateApi.Accepted, await api.VerdictAsync(token, _own.Certificate));
            Assert.Equal(CertificateApi.Other, await api.VerdictAsync(token, _other.Certificate));
        }
    }

    [Fact]
    public async Task An_endpoint_that_requires_proof_of_possession_accepts_a_certificate()
    {
        await using var api = await CertificateApi.StartAsync();

        Assert.Equal(CertificateApi.Accepted, await api.VerdictAsync(Bound(api), _own.Certificate, "/strict"));
        Assert.Equal(CertificateApi.Missing, await api.VerdictAsync(Bound(api), (X509Certificate2?)null, "/strict"));
        Assert.Equal(
            "401 proof_required", await api.VerdictAsync(api.Realm.Token("alice").For("cli").Create(), _own.Certificate, "/strict"));
    }

    [Fact]
    public async Task A_token_that_is_bound_to_a_key_and_to_a_certificate_owes_both_proofs()
    {
        await using var api = await CertificateApi.StartAsync();
        using var key = DpopKey.Create(timeProvider: api.Time);
        var token = api.Realm.Token("alice").For("cli").BoundTo(key).BoundTo(_own).Create();
        var proof = Proof();

        // Without the certificate, the proof is not used up.
        Assert.Equal(CertificateApi.Missing, await SendAsync("DPoP", proof, certificate: null));
        Assert.Equal(CertificateApi.Other, await SendAsync("DPoP", proof, _other.Certificate));
        Assert.Equal(CertificateApi.Accepted, await SendAsync("DPoP", proof, _own.Certificate));
        Assert.Equal("401 dpop_replayed", await SendAsync("DPoP", proof, _own.Certificate));
        Assert.Equal("401 dpop_missing", await SendAsync("DPoP", proof: null, _own.Certificate));
        Assert.Equal("401 dpop_scheme", await SendAsync("Bearer", Proof(), _own.Certificate));
        Assert.Equal(CertificateApi.Accepted, await SendAsync("DPoP", Proof(), _own.Certificate));

        string Proof() => key.Proof(HttpMethod.Get, new Uri("https://api.example.com/me")).For(token).Create();

        Task<string> SendAsync(string scheme, string? proof, X509Certificate2? certificate) =>
            api.VerdictAsync($"{scheme} {token}", "/me", context =>
            {
                context.Connection.ClientCertificate = certificate;
                if (proof is not null)
                {
                    context.Request.Headers["DPoP"] = proof;
                }
            });
    }

    [Theory]
    [InlineData(DpopMode.WhenBound, "200", "401 dpop_unbound")]
    [InlineData(DpopMode.Refused, "200", "401 dpop_unbound")]
    [InlineData(DpopMode.Required, "401 dpop_unbound", "401 dpop_unbound")]
    public async Task A_token_without_a_key_is_never_a_DPoP_token(DpopMode mode, string asBearer, string asDpop)
    {
        await using var api = await CertificateApi.StartAsync(options => options.Dpop.Mode = mode);
        var token = Bound(api);

        Assert.Equal(asBearer, await api.VerdictAsync(token, _own.Certificate));
        Assert.Equal(
            asDpop,
            await api.VerdictAsync($"DPoP {token}", "/me", context => context.Connection.ClientCertificate = _own.Certificate));
    }

    [Fact]
    public async Task The_binding_of_a_lightweight_token_is_taken_from_the_introspection_response()
    {
        await using var api = await CertificateApi.StartAsync();
        var token = api.Realm.Token("alice").For("lightweight").Create();
        var answer = Answers.Of(token);
        (answer["sub"], answer["aud"], answer["cnf"]) = ("alice-id", "orders-api", new JsonObject { ["x5t#S256"] = _own.Thumbprint });
        api.Line.Instead = _ => Responses.Of(answer.ToJsonString());

        Assert.Equal(CertificateApi.Accepted, await api.VerdictAsync(token, _own.Certificate));
        Assert.Equal(CertificateApi.Missing, await api.VerdictAsync(token, (X509Certificate2?)null));
        Assert.Equal(CertificateApi.Other, await api.VerdictAsync(token, _other.Certificate));
    }

    [Fact]
    public async Task An_introspected_token_is_compared_with_the_certificate_before_Keycloak_is_asked()
    {
        await using var api = await CertificateApi.StartAsync(options => options.Introspection.Mode = IntrospectionMode.Always);
        var token = Bound(api);

        Assert.Equal(CertificateApi.Other, await api.VerdictAsync(token, _other.Certificate));
        Assert.Equal(0, api.Line.Questions);
        Assert.Equal(CertificateApi.Accepted, await api.VerdictAsync(token, _own.Certificate));
        Assert.Equal(1, api.Line.Questions);
    }

    private string Bound(CertificateApi api) => api.Realm.Token("alice").For("cli").BoundTo(_own).Create();
}
