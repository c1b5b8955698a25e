using System.Buffers.Text;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Keycloak.ApiProtection.Testing.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Keycloak.ApiProtection.Testing.Tests.ProofOfPossession;

public sealed class ClientCertificateTests(RealmFixture fixture) : IClassFixture<RealmFixture>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void A_certificate_is_self_signed_for_client_authentication_and_has_a_private_key()
    {
        using var certificate = ClientCertificate.Create("batch");

        Assert.Equal(("CN=batch", "CN=batch"), (certificate.Certificate.Subject, certificate.Certificate.Issuer));
        Assert.True(certificate.Certificate.HasPrivateKey);
        Assert.Equal(
            "1.3.6.1.5.5.7.3.2",
            Assert.Single(certificate.Certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>()).EnhancedKeyUsages[0].Value);
    }

    [Fact]
    public async Task A_bound_token_contains_the_hash_of_the_certificate_that_the_server_sees()
    {
        var realm = fixture.Realm;
        await using var server = await StartServerAsync();

        using var certificate = ClientCertificate.Create();
        var token = realm.Token("alice").BoundTo(certificate).Create();
        using var handler = certificate.CreateHandler();

        handler.ServerCertificateCustomValidationCallback = (_, _, _, errors) => errors != SslPolicyErrors.RemoteCertificateNotAvailable;
        using var client = new HttpClient(handler);

        var seen = Convert.FromHexString(await client.GetStringAsync(new Uri(server.Urls.Single()), Cancellation));

        Assert.Equal(
            Base64Url.EncodeToString(SHA256.HashData(seen)), (string?)Decoded.Of(token).Claims["cnf"]!["x5t#S256"]);
        Assert.Equal("Bearer", Decoded.Of(token)["typ"]);
    }

    [Fact]
    public void A_token_can_be_bound_to_a_key_and_a_certificate()
    {
        using var key = fixture.Realm.Dpop();
        using var certificate = ClientCertificate.Create();

        var token = Decoded.Of(fixture.Realm.Token("alice").BoundTo(key).BoundTo(certificate).Create());

        Assert.Equal(
            ("DPoP", key.Thumbprint, certificate.Thumbprint),
            (token["typ"], (string?)token.Claims["cnf"]!["jkt"], (string?)token.Claims["cnf"]!["x5t#S256"]));
    }

    [Fact]
    public async Task Userinfo_rejects_a_token_that_is_bound_to_a_certificate_because_the_realm_has_no_TLS()
    {
        using var certificate = ClientCertificate.Create();
        var answer = await fixture.Caller.UserInfoAsync(fixture.Realm.Token("alice").WithScope("openid").BoundTo(certificate).Create());

        Assert.Equal(401, answer.Status);
        Assert.Contains("Client certificate missing, or its thumbprint", answer.Headers["WWW-Authenticate"], StringComparison.Ordinal);
    }

    /// <summary>A server that answers with the client's certificate, in hexadecimal digits.</summary>
    private static async Task<WebApplication> StartServerAsync()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = TimeProvider.System.GetUtcNow();
        using var selfSigned = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256).CreateSelfSigned(now, now.AddDays(1));
        var serverCertificate = X509CertificateLoader.LoadPkcs12(selfSigned.Export(X509ContentType.Pkcs12), password: null);
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(
            IPAddress.Loopback,
            0,
            listen => listen.UseHttps(https =>
            {
                https.ServerCertificate = serverCertificate;
                https.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
                https.AllowAnyClientCertificate();
            })));
        var app = builder.Build();
        app.Run(context => context.Response.WriteAsync(Convert.ToHexString(context.Connection.ClientCertificate!.RawData)));
        await app.StartAsync(Cancellation);
        return app;
    }
}
