using Keycloak.ApiProtection.ProofOfPossession.Certificates;
using Keycloak.ApiProtection.Testing;

namespace Keycloak.ApiProtection.Tests.ProofOfPossession.Certificates;

/// <summary>Envoy's <c>X-Forwarded-Client-Cert</c>, and what a client can do to it with the names in its own certificate.</summary>
public sealed class ForwardedClientCertTests : IDisposable
{
    private readonly ClientCertificate _own = ClientCertificate.Create("attacker");
    private readonly ClientCertificate _victim = ClientCertificate.Create("victim");

    private string Own => Forwarded.Hash(_own);

    private string Victim => Forwarded.Hash(_victim);

    public void Dispose()
    {
        _own.Dispose();
        _victim.Dispose();
    }

    [Fact]
    public void The_hash_alone_or_the_certificate_alone_is_enough()
    {
        Assert.Equal((null, _own.Thumbprint), Read($"Hash={Own}"));
        Assert.Equal((null, _own.Thumbprint), Read($"Hash={Own.ToUpperInvariant()}"));
        Assert.Equal((null, _own.Thumbprint), Read($"By=https://a;hash={Own};Subject=\"\";URI=;DNS=a.example.com;DNS=b.example.com"));
        Assert.Equal((null, _own.Thumbprint), Read($"Cert=\"{Forwarded.Pem(_own)}\""));
        Assert.Equal(
            (null, _own.Thumbprint),
            Read($"Subject=\"CN=a\\\"b,O=c;d\";Hash={Own};Chain=\"{Forwarded.Pem(_own)}{Forwarded.Pem(_victim)}\""));
    }

    [Fact]
    public void A_header_of_two_hops_is_not_read_and_the_log_says_what_to_set()
    {
        var (problem, thumbprint) = Read($"Hash={Victim};Subject=\"CN=victim\",Hash={Own}");

        Assert.Null(thumbprint);
        Assert.Contains("SANITIZE_SET", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_in_the_certificate_cannot_add_an_element_or_a_pair()
    {
        // Envoy writes alternative names as they are.
        Assert.Null(Read($"Hash={Own};URI=http://x,Hash={Victim}").Thumbprint);
        Assert.Null(Read($"Hash={Own};URI=http://x,By=https://a;Hash={Victim};URI=").Thumbprint);
        Assert.Null(Read($"Hash={Own};DNS=x;Hash={Victim}").Thumbprint);
        Assert.Null(Read($"Hash={Own};URI=x;Cert=\"{Forwarded.Pem(_victim)}\"").Thumbprint);
    }

    [Fact]
    public void An_element_of_the_client_cannot_swallow_that_of_the_proxy()
    {
        // With APPEND_FORWARD the header of the client comes first. Quotes that are open at its end are not closed by Envoy's.
        Assert.Null(Read($"Hash={Victim};Subject=\",Hash={Own};Subject=\"CN=a\\\"b\"").Thumbprint);
        Assert.Null(Read($"Hash={Victim};Subject=\"\\,Hash={Own};Subject=\"CN=a\"").Thumbprint);
        Assert.Null(Read($"Hash={Victim};Subject=\",Hash={Own};Subject=\"\"").Thumbprint);
        Assert.Null(Read($"Hash={Victim};Subject=\",Hash={Own}").Thumbprint);
    }

    [Theory]
    [InlineData("")]
    [InlineData("By=https://a")]
    [InlineData("Hash=")]
    [InlineData("Hash")]
    [InlineData("=x")]
    [InlineData(";Hash=00")]
    [InlineData("Hash=00")]
    [InlineData("Hash=zz")]
    [InlineData("Cert=\"\"")]
    [InlineData("Cert=\"-----BEGIN%20CERTIFICATE-----\"")]
    [InlineData("Cert=\"x")]
    public void A_header_without_a_certificate_is_not_read(string value)
    {
        var (problem, thumbprint) = Read(value);

        Assert.Null(thumbprint);
        Assert.NotNull(problem);
    }

    [Fact]
    public void The_hash_and_the_certificate_must_be_of_the_same_certificate()
    {
        Assert.Null(Read($"Hash={Victim};Cert=\"{Forwarded.Pem(_own)}\"").Thumbprint);
        Assert.Null(Read($"Hash={Own}00").Thumbprint);
        Assert.Null(Read($"Hash={Own}=").Thumbprint);
        Assert.Null(Read($"Hash={Own};").Thumbprint);
        Assert.Null(Read($"Hash=\"{Own}\"x").Thumbprint);
    }

    private static (string? Problem, string? Thumbprint) Read(string value)
    {
        var problem = ForwardedClientCert.Read(value, out var certificate);
        return (problem, certificate?.Thumbprint);
    }
}
