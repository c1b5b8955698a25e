using Keycloak.ApiProtection.ProofOfPossession.Certificates;
using Keycloak.ApiProtection.Testing;
using Microsoft.Extensions.Primitives;

namespace Keycloak.ApiProtection.Tests.ProofOfPossession.Certificates;

public sealed class ForwardedCertificateHeaderTests : IDisposable
{
    private readonly ClientCertificate _own = ClientCertificate.Create("batch");
    private readonly ClientCertificate _other = ClientCertificate.Create("somebody else");

    public static TheoryData<ForwardedCertificate> Forms => [.. Forwarded.Forms];

    public void Dispose()
    {
        _own.Dispose();
        _other.Dispose();
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void The_certificate_is_read_as_the_proxy_writes_it(ForwardedCertificate form)
    {
        Assert.Null(ForwardedCertificateHeader.Read(Forwarded.Header(form, _own), form, out var certificate));

        Assert.Equal(_own.Thumbprint, certificate!.Thumbprint);
        Assert.Equal(_own.Certificate.RawData, certificate.Der);
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void A_repeated_empty_or_long_header_is_not_read(ForwardedCertificate form)
    {
        var good = Forwarded.Header(form, _own);

        Assert.Contains("more than one", Problem(new StringValues([good, good]), form), StringComparison.Ordinal);
        Assert.Contains("empty", Problem("", form), StringComparison.Ordinal);
        Assert.Contains("empty", Problem("  ", form), StringComparison.Ordinal);
        Assert.Contains("longer than 8192", Problem(good + new string('A', 8193 - good.Length), form), StringComparison.Ordinal);
        var longest = ForwardedCertificateHeader.Read(good + new string('!', 8192 - good.Length), form, out _);
        Assert.DoesNotContain("longer", longest ?? "none", StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void The_form_of_another_proxy_is_not_read(ForwardedCertificate form) =>
        Assert.All(
            Forwarded.Forms.Where(other => other != form),
            other => Assert.NotNull(ForwardedCertificateHeader.Read(Forwarded.Header(other, _own), form, out _)));

    [Fact]
    public void Pem_of_several_certificates_or_of_something_else_is_not_read()
    {
        var pem = _own.Certificate.ExportCertificatePem();
        string[] texts =
        [
            pem + "\n" + _other.Certificate.ExportCertificatePem(),
            "subject=CN = batch\n" + pem,
            pem + "\n-----BEGIN CERTIFICATE-----",
            pem.Replace("CERTIFICATE", "PUBLIC KEY", StringComparison.Ordinal),
            "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----",
            "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----",
            "%", "%zz", "null", "(null)",
        ];

        Assert.All(texts, text => Assert.NotNull(Problem(Uri.EscapeDataString(text), ForwardedCertificate.Nginx)));
        Assert.Null(ForwardedCertificateHeader.Read(Uri.EscapeDataString("\n" + pem + " \n"), ForwardedCertificate.Nginx, out _));
    }

    [Fact]
    public void Of_a_chain_of_Traefik_the_first_certificate_counts()
    {
        var chain = $"{Forwarded.Der(_own)},{Forwarded.Der(_other)}";

        Assert.Null(ForwardedCertificateHeader.Read(chain, ForwardedCertificate.Traefik, out var certificate));

        Assert.Equal(_own.Thumbprint, certificate!.Thumbprint);
    }

    [Theory]
    [InlineData(":", ":")]
    [InlineData("", ":")]
    [InlineData(":", "")]
    [InlineData("::", ":")]
    [InlineData(":-", ":")]
    [InlineData(":", ":;a=1")]
    public void Only_a_byte_sequence_is_read_from_the_header_of_RFC_9440(string before, string after)
    {
        var problem = ForwardedCertificateHeader.Read(
            $"{before}{Forwarded.Der(_own)}{after}", ForwardedCertificate.Rfc9440, out var certificate);

        Assert.Equal((before, after) == (":", ":"), problem is null);
        Assert.Equal(problem is null ? _own.Thumbprint : null, certificate?.Thumbprint);
    }

    [Fact]
    public void Bytes_after_the_certificate_are_not_accepted()
    {
        var longer = Convert.ToBase64String([.. _own.Certificate.RawData, 0]);

        Assert.NotNull(Problem(longer, ForwardedCertificate.Traefik));
        Assert.NotNull(Problem($":{longer}:", ForwardedCertificate.Rfc9440));
    }

    [Fact]
    public void Changed_headers_never_throw_and_never_become_the_certificate_of_another_client()
    {
        var seed = Environment.TickCount;
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var letters = "%,;:=\"\\ \n-AZaz09+/é\0".ToCharArray();
        foreach (var form in Forwarded.Forms)
        {
            var good = Forwarded.Header(form, _own);
            for (var round = 0; round < 2000; round++)
            {
                var text = good.ToCharArray();
                for (var change = random.Next(1, 4); change > 0; change--)
                {
                    text[random.Next(text.Length)] = letters[random.Next(letters.Length)];
                }

                var value = new string(text, 0, random.Next(4) == 0 ? random.Next(text.Length) : text.Length);
                var problem = ForwardedCertificateHeader.Read(value, form, out var certificate);
                Assert.Equal(problem is null, certificate is not null);
                Assert.NotEqual(_other.Thumbprint, certificate?.Thumbprint);
            }
        }
    }

    private static string Problem(StringValues values, ForwardedCertificate form)
    {
        var problem = ForwardedCertificateHeader.Read(values, form, out var certificate);
        Assert.Null(certificate);
        return problem!;
    }
}
