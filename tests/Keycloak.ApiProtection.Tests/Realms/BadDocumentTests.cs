using System.Net;
using System.Text;
using Keycloak.ApiProtection.Realms;

namespace Keycloak.ApiProtection.Tests.Realms;

public sealed class BadDocumentTests
{
    private static readonly string Endless = new('x', RealmDocuments.MaximumSize);

    public static TheoryData<string, bool, string, string> Documents => new()
    {
        // The description, whether the document replaces discovery (otherwise the keys), the document, and the code of the failure.
        { "HTML", true, "<!DOCTYPE html><html>", "html" },
        { "HTML", false, " \r\n<html>", "html" },
        { "nothing", true, "", "json" },
        { "nothing", false, "", "json" },
        { "broken JSON", true, "{\"issuer\":", "json" },
        { "broken JSON", false, "{\"keys\":[}", "json" },
        {
            "a member twice",
            true,
            $$"""{"issuer":"https://evil.example","issuer":"{{RealmStub.Issuer}}","jwks_uri":"{{RealmStub.KeysAddress}}"}""",
            "json"
        },
        { "a member twice", false, """{"keys":[],"keys":[]}""", "json" },
        { "no object", true, "[]", "json" },
        { "no object", false, "\"keys\"", "json" },
        { "depth", false, "{\"keys\":" + new string('[', 1000) + new string(']', 1000) + "}", "json" },
        {
            "more than 1 MiB",
            true,
            $$"""{"issuer":"{{RealmStub.Issuer}}","jwks_uri":"{{RealmStub.KeysAddress}}","x":"{{Endless}}"}""",
            "size"
        },
        { "more than 1 MiB", false, $$"""{"keys":[],"x":"{{Endless}}"}""", "size" },
        { "no issuer", true, $$"""{"jwks_uri":"{{RealmStub.KeysAddress}}"}""", "issuer" },
        {
            "an issuer that is no string",
            true,
            $$"""{"issuer":["{{RealmStub.Issuer}}"],"jwks_uri":"{{RealmStub.KeysAddress}}"}""",
            "issuer"
        },
        {
            "a foreign issuer",
            true,
            $$"""{"issuer":"https://evil.example/realms/demo","jwks_uri":"{{RealmStub.KeysAddress}}"}""",
            "issuer"
        },
        {
            "the issuer with a slash more",
            true,
            $$"""{"issuer":"{{RealmStub.Issuer}}/","jwks_uri":"{{RealmStub.KeysAddress}}"}""",
            "issuer"
        },
        { "half a character", true, """{"issuer":"\ud800"}""", "issuer" },
        { "no jwks_uri", true, $$"""{"issuer":"{{RealmStub.Issuer}}"}""", "jwks-uri" },
        { "a relative jwks_uri", true, $$"""{"issuer":"{{RealmStub.Issuer}}","jwks_uri":"certs"}""", "jwks-uri" },
        { "a file", true, $$"""{"issuer":"{{RealmStub.Issuer}}","jwks_uri":"file:///etc/passwd"}""", "jwks-uri" },
        { "keys without HTTPS", true, $$"""{"issuer":"{{RealmStub.Issuer}}","jwks_uri":"http://kc.example/certs"}""", "https" },
        { "no keys member", false, "{}", "json" },
        { "keys that are no array", false, """{"keys":{}}""", "json" },
        { "no keys", false, """{"keys":[]}""", "no-keys" },
        { "no usable keys", false, """{"keys":[1,{},{"kid":"a","kty":"oct","k":"AA"}]}""", "no-keys" },
        { "the discovery document", false, $$"""{"issuer":"{{RealmStub.Issuer}}","jwks_uri":"{{RealmStub.KeysAddress}}"}""", "json" },
    };

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Documents))]
    public async Task An_invalid_document_never_replaces_valid_keys(string what, bool discovery, string document, string code)
    {
        var realm = new RealmStub(TestKey.Ec("one"));
        using var keys = await realm.OpenReadAsync();
        Assert.True(keys.TryFind("one"u8, out var key));
        realm.Rotate(TestKey.Ec("two"));
        realm.Instead = request => request.RequestUri!.AbsolutePath.EndsWith("/openid-configuration", StringComparison.Ordinal) == discovery
            ? Responses.Of(document)
            : null;

        // After this time, discovery is read again, too.
        realm.Time.Advance(TimeSpan.FromHours(2));
        Assert.True((await keys.FindAsync("one", realm.Now, Cancelled)).IsFound(out var still), what);

        Assert.Same(key, still);
        Assert.Equal(code, keys.Failure!.Code);
        Assert.Contains(keys.Failure.Reason, realm.Log.Text("RealmRefreshFailed"), StringComparison.Ordinal);
        Assert.Contains(keys.Failure.Remedy, realm.Log.Text("RealmRefreshFailed"), StringComparison.Ordinal);

        // The counterpart: with the valid documents, the refresh succeeds.
        realm.ComeUp();
        realm.Time.Advance(TimeSpan.FromMinutes(1));
        keys.TryFind("one"u8, out _);
        await keys.Settled;
        Assert.True(keys.TryFind("two"u8, out _));
        Assert.Null(keys.Failure);
    }

    [Theory]
    [InlineData(404, "realm's name")]
    [InlineData(404, "/auth")]
    [InlineData(400, "//")]
    [InlineData(401, "without credentials")]
    [InlineData(403, "without credentials")]
    [InlineData(429, "limits")]
    [InlineData(500, "Keycloak is starting")]
    [InlineData(503, "Keycloak is starting")]
    [InlineData(418, "auth-server-url")]
    public async Task Every_error_status_is_a_failure_with_a_remedy(int status, string remedy)
    {
        var realm = new RealmStub(TestKey.Ec("one"))
        {
            Instead = _ => Responses.Of("""{"error":"Realm does not exist"}""", (HttpStatusCode)status),
        };
        using var keys = realm.Open();

        Assert.True((await keys.FindAsync("one", realm.Now, Cancelled)).IsUnavailable);

        Assert.Equal("status", keys.Failure!.Code);
        Assert.Contains($"returned {status}", realm.Log.Text("RealmKeysUnavailable"), StringComparison.Ordinal);
        Assert.Contains(remedy, realm.Log.Text("RealmKeysUnavailable"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task If_a_realm_under_auth_is_missing_the_remedy_is_to_remove_auth_from_the_address()
    {
        var realm = new RealmStub { Instead = _ => Responses.Of("", HttpStatusCode.NotFound) };
        realm.Settings =
            realm.Settings with { MetadataAddress = new Uri("https://kc.example/auth/realms/demo/.well-known/openid-configuration") };
        using var keys = await realm.OpenReadAsync();

        Assert.Contains("remove it from auth-server-url", keys.Failure!.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task For_a_different_issuer_the_log_explains_MetadataAddress_and_ValidIssuers()
    {
        var realm = new RealmStub(TestKey.Ec("one"));
        realm.Settings = realm.Settings with { ValidIssuers = ["http://localhost:8080/realms/demo"] };
        using var keys = await realm.OpenReadAsync();

        var text = realm.Log.Text("RealmKeysUnavailable");
        Assert.Contains(
            $"is {RealmStub.Issuer}; this API accepts tokens from http://localhost:8080/realms/demo", text, StringComparison.Ordinal);
        Assert.Contains("MetadataAddress is the address under which this API reaches Keycloak", text, StringComparison.Ordinal);
        Assert.Contains($"add {RealmStub.Issuer} to ValidIssuers", text, StringComparison.Ordinal);
        Assert.Equal(0, realm.Fetches);
    }

    [Fact]
    public async Task Discovery_with_one_of_several_valid_issuers_is_accepted()
    {
        var realm = new RealmStub(TestKey.Ec("one"));
        realm.Settings = realm.Settings with { ValidIssuers = ["https://old.example/realms/demo", RealmStub.Issuer] };
        using var keys = await realm.OpenReadAsync();

        Assert.True(keys.TryFind("one"u8, out _));
    }

    [Fact]
    public async Task A_redirect_is_not_followed_and_the_failure_names_its_target_without_the_query()
    {
        var realm = new RealmStub(TestKey.Ec("one"))
        {
            Instead = _ =>
            {
                var moved = Responses.Of("", HttpStatusCode.MovedPermanently);
                moved.Headers.Location = new Uri("/login?secret=1", UriKind.Relative);

                return moved;
            },
        };
        using var keys = await realm.OpenReadAsync();

        Assert.Equal("redirect", keys.Failure!.Code);
        Assert.Contains("redirects to https://kc.example/login,", keys.Failure.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", keys.Failure.Reason, StringComparison.Ordinal);
        Assert.Equal(1, realm.Requests);
    }

    [Fact]
    public async Task A_redirect_that_a_handler_of_the_application_followed_is_detected()
    {
        var realm = new RealmStub(TestKey.Ec("one"));
        realm.Instead = _ =>
        {
            var followed = Responses.Of(realm.Discovery.ToJsonString());
            followed.RequestMessage = new HttpRequestMessage(HttpMethod.Get, "https://evil.example/");

            return followed;
        };
        using var keys = await realm.OpenReadAsync();

        Assert.Equal("redirect", keys.Failure!.Code);
    }

    [Fact]
    public async Task Metadata_without_HTTPS_is_not_requested()
    {
        var realm = new RealmStub(TestKey.Ec("one"));
        realm.Settings =
            realm.Settings with { MetadataAddress = new Uri("http://kc.example/realms/demo/.well-known/openid-configuration") };
        using var keys = await realm.OpenReadAsync();

        Assert.Equal("https", keys.Failure!.Code);
        Assert.Equal(0, realm.Requests);
    }

    [Fact]
    public async Task Keys_are_read_without_HTTPS_if_the_settings_allow_it()
    {
        var realm = new RealmStub(TestKey.Ec("one"));
        realm.Discovery["jwks_uri"] = "http://kc.example/realms/demo/protocol/openid-connect/certs";
        realm.Settings = realm.Settings with
        {
            RequireHttps = false,
            MetadataAddress = new Uri("http://kc.example/realms/demo/.well-known/openid-configuration"),
        };
        using var keys = await realm.OpenReadAsync();

        Assert.True(keys.TryFind("one"u8, out _));
    }

    [Fact]
    public async Task Keys_at_an_address_that_only_browsers_reach_are_distinguished_from_a_server_that_is_down()
    {
        var realm = new RealmStub(TestKey.Ec("one"));
        realm.Discovery["jwks_uri"] = "https://localhost:8443/realms/demo/protocol/openid-connect/certs";
        realm.Instead = request => request.RequestUri!.Host == "localhost"
            ? throw new HttpRequestException(HttpRequestError.ConnectionError, "Connection refused")
            : null;
        using var keys = await realm.OpenReadAsync();

        Assert.Contains(
            "Keycloak's discovery document at kc.example places the keys at localhost:8443",
            keys.Failure!.Remedy,
            StringComparison.Ordinal);
        Assert.Contains("KC_HOSTNAME_BACKCHANNEL_DYNAMIC=true", keys.Failure.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_endless_document_is_read_only_up_to_the_limit()
    {
        using var endless = new EndlessStream();
        var realm = new RealmStub { Instead = _ => new HttpResponseMessage { Content = new StreamContent(endless) } };
        using var keys = await realm.OpenReadAsync();

        Assert.Equal("size", keys.Failure!.Code);
        Assert.InRange(endless.Served, RealmDocuments.MaximumSize, RealmDocuments.MaximumSize + 1);
    }

    [Fact]
    public async Task A_document_of_exactly_the_maximum_size_is_read()
    {
        var realm = new RealmStub(TestKey.Ec("one"));
        var discovery = Encoding.UTF8.GetBytes(realm.Discovery.ToJsonString());
        realm.Instead = request => request.RequestUri!.AbsolutePath.EndsWith("/openid-configuration", StringComparison.Ordinal)
            ? Responses.Of(realm.Discovery.ToJsonString() + new string(' ', RealmDocuments.MaximumSize - discovery.Length))
            : null;
        using var keys = await realm.OpenReadAsync();

        Assert.True(keys.TryFind("one"u8, out _));
    }

    [Fact]
    public async Task The_content_of_a_document_cannot_forge_log_lines()
    {
        var realm = new RealmStub(TestKey.Ec("one"));
        realm.Discovery["issuer"] = "https://evil.example\r\ncrit: all is well\u2028" + new string('x', 5000);
        using var keys = await realm.OpenReadAsync();

        var text = realm.Log.Text("RealmKeysUnavailable");
        Assert.DoesNotContain('\n', text);
        Assert.DoesNotContain('\r', text);
        Assert.DoesNotContain('\u2028', text);
        Assert.InRange(text.Length, 1, 2000);
    }

    private sealed class EndlessStream : Stream
    {
        public long Served { get; private set; }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count)
        {
            buffer.AsSpan(offset, count).Fill((byte)' ');
            Served += count;

            return count;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
