using Keycloak.ApiProtection.GatewayTests.Fixtures;
using Keycloak.ApiProtection.Testing;

namespace Keycloak.ApiProtection.GatewayTests;

/// <summary>A real NGINX ends mutual TLS and forwards the client's certificate, as docs/certificate-bound-tokens.md documents.</summary>
public sealed class MutualTlsTests(MutualTlsSite site) : IClassFixture<MutualTlsSite>, IDisposable
{
    private const string Missing = "401 bound_certificate_missing";
    private const string Other = "401 bound_certificate_other";

    private readonly ClientCertificate _own = ClientCertificate.Create("batch");
    private readonly ClientCertificate _other = ClientCertificate.Create("somebody else");

    public void Dispose()
    {
        _own.Dispose();
        _other.Dispose();
    }

    [Fact]
    public async Task A_bound_token_is_accepted_through_NGINX_only_with_its_certificate()
    {
        var token = Bound();

        Assert.Equal("200", await site.SendAsync(token, _own));
        Assert.Equal(Other, await site.SendAsync(token, _other));
        Assert.Equal(Missing, await site.SendAsync(token, certificate: null));
        Assert.Equal("200", await site.SendAsync(site.Realm.Token("alice").For("cli").Create(), certificate: null));
    }

    [Fact]
    public async Task A_header_of_the_client_is_replaced_by_NGINX()
    {
        var token = Bound();

        Assert.Equal(Missing, await site.SendAsync(token, certificate: null, Header(_own)));
        Assert.Equal(Other, await site.SendAsync(token, _other, Header(_own)));
        Assert.Equal("200", await site.SendAsync(token, _own, Header(_other)));
    }

    [Fact]
    public async Task A_client_that_bypasses_NGINX_cannot_name_a_certificate() =>
        Assert.Equal(Missing, await site.BypassAsync(Bound(), Header(_own)));

    private static string Header(ClientCertificate certificate) => Uri.EscapeDataString(certificate.Certificate.ExportCertificatePem());

    private string Bound() => site.Realm.Token("alice").For("cli").BoundTo(_own).Create();
}
