using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authentication.OAuth;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using Storefront;
using Storefront.Apis;
using Storefront.Configuration;
using Storefront.Login;
using Storefront.Tokens;

var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
var services = builder.Services;

services.AddSingleton(TimeProvider.System);
services.AddSingleton<IValidateOptions<KeycloakOptions>, SettingsValidation>();
services.AddSingleton<IValidateOptions<ApisOptions>, SettingsValidation>();
services.AddOptions<KeycloakOptions>().BindConfiguration(KeycloakOptions.Section);
services.AddOptions<ApisOptions>().BindConfiguration(ApisOptions.Section);

// Sessions are in memory, so the keys that protect their cookies are needed only as long as the process runs.
services.AddDataProtection().UseEphemeralDataProtectionProvider();

services.AddSingleton<KeycloakDiscovery>().AddSingleton<MemoryTicketStore>();
services.AddSingleton<IConfigureOptions<CookieAuthenticationOptions>, SessionCookie>();
services.AddSingleton<KeycloakLogin>();
services.AddSingleton<IConfigureOptions<OAuthOptions>>(provider => provider.GetRequiredService<KeycloakLogin>());
services.AddSingleton<IPostConfigureOptions<OAuthOptions>>(provider => provider.GetRequiredService<KeycloakLogin>());
services.AddAuthentication(CookieAuthenticationDefaults.AuthenticationScheme)
    .AddCookie()
    .AddOAuth(KeycloakLogin.Scheme, "Keycloak", _ => { });
services.AddAuthorization();

services.AddHttpClient(nameof(KeycloakDiscovery), client => client.Timeout = TimeSpan.FromSeconds(10));
services.AddHttpClient(nameof(TokenClient), client => client.Timeout = TimeSpan.FromSeconds(10))
    .ConfigurePrimaryHttpMessageHandler(() =>
        new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false });    // a redirect could send the secret to another server
services.AddSingleton<TokenClient>().AddSingleton<TokenRefresh>().AddSingleton<TokenSession>();
OrdersApi.AddClients(services);

services.AddRouting(options => options.LowercaseUrls = true);
services.AddRazorPages(options => options.Conventions.AuthorizePage("/Orders").AuthorizePage("/Tokens"));
services.AddAntiforgery(options => options.Cookie.Name = "storefront.antiforgery");
services.Configure<CookieTempDataProviderOptions>(options => options.Cookie.Name = "storefront.notice");

try
{
    await using var app = builder.Build();
    Settings.Check(app.Services);
    await app.Services.GetRequiredService<KeycloakDiscovery>().ReadAsync();

    app.UseExceptionHandler("/error");
    app.UseSecurityHeaders();
    app.UseStatusCodePagesWithReExecute("/error", "?status={0}");
    app.UseStaticFiles();
    app.UseRouting();
    app.UseAuthentication();
    app.UseAuthorization();
    app.MapRazorPages();

    await app.RunAsync();
    return 0;
}
catch (Exception failure) when (failure is OptionsValidationException or KeycloakUnavailableException)
{
    await Console.Error.WriteLineAsync($"The Storefront cannot start.\n{Settings.Advice(failure)}");
    return 1;
}
